"""The citizen's chat on the web: sessions, WebSocket, HTTP fallback, progress."""
