"""Ground floor: small things without a business word."""
