"""Files as paragraphs: DOCX, PDF, HTML and TXT, each behind its limits. Nothing is ever fetched."""
