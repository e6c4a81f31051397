"""CAPTURE: what technicians’ phones send, sealed before it is sent; opened, checked and filed here."""
