"""When money may be asked: invoices, only for what a customer signed for, once, with the prices signed."""
