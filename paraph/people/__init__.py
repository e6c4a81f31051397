"""Who is who and who may what: organisations, their members, their customers and contacts."""
