"""What every face shares: base templates, components, headers, languages, error pages (docs/look.md)."""
