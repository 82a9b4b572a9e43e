"""One-time notices for citizens: a page with a checklist, a PDF to print, a text to send on."""
