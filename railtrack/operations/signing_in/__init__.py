"""Signing in beyond the password: sessions, one-time codes, passkeys, single sign-on."""
