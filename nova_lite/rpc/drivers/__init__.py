"""The carriers of messages. ``base`` states what each of them owes; nothing else imports a messaging library."""
