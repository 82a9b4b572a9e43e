"""Guidance (智能导办): a few short questions that settle which documents one citizen needs."""
