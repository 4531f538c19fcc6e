"""Signing in: the form, sessions that the server keeps, second factors, passkeys, single sign-on."""
