"""The coordinator console: which rows, which pages, who sees them."""
