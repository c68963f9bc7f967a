"""Tryton 8 behind the port of the ERP: spoken to over HTTP, never imported."""
