"""The five statistics: their pages, charts, tables and words."""
