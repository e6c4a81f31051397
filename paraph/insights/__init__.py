"""KPIs and figures: queries over the facts."""
