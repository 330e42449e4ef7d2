"""Parts of pages: controls, charts, progress, uploads, downloads."""
