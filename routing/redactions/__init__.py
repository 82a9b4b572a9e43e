"""The version of a confidential appeal that its departments may read: proposed, then confirmed."""
