"""What proves a person besides the password: an authenticator app, recovery codes, passkeys."""
