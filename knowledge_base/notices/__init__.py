"""The one-time notice (一次性告知书): what to bring, said once and completely; on paper too."""
