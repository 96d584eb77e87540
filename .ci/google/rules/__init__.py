"""What the provider's schema and Google's API descriptions do not say of a template, one rule a file."""
