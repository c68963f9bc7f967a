"""What the rules of `hr.cedar` judge: leave, sickness, working time, requests to HR."""
