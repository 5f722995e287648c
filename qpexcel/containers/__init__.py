"""What returned workbooks come packed in: archives (.zip), mails (.eml, .mht) and Outlook's (.msg).

Bytes in, files out: nothing is written and no name in a container is ever used as a path on disk.
"""
