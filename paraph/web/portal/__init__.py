"""The customer's face: open the invitation, decide line by line, review and sign, keep the receipt."""
