"""Foreign recordings: runs of other people's agents, replayed through guard, desk and journal."""
