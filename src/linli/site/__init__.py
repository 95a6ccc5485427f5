"""The deployment: settings, addresses, server."""
