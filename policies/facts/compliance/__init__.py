"""Facts of compliance: screenings, data subjects' requests, reports of wrongdoing."""
