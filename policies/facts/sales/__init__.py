"""Facts of sales and service: what a mail asks for, what it costs, whose queue it belongs in."""
