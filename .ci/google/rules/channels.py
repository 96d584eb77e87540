"""Notification channels: what each type needs (`projects.notificationChannelDescriptors`), and that it is an address."""
import re

from .walk import is_computed

EMAIL = re.compile(r"[^@\s]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
NEEDS = {"email": "email_address", "pubsub": "topic", "webhook_tokenauth": "url", "webhook_basicauth": "url", "sms": "number"}


def check(kind, name, body, _template):
    if kind != "google_monitoring_notification_channel":
        return
    at, labels, needed = f"{kind}.{name}.labels", body.get("labels") or {}, NEEDS.get(body.get("type"))
    if needed is None:
        return
    value = labels.get(needed)
    if not value:
        yield f"{at}: a channel of {body['type']} needs {needed}"
    elif needed == "email_address" and not EMAIL.fullmatch(str(value)):
        yield f"{at}.{needed}: {value!r} is no address"
    elif needed == "url" and not is_computed(value) and not re.fullmatch(r"https://[\w.-]+\.[a-z]+(:\d+)?(/\S*)?", str(value)):
        yield f"{at}.{needed}: {value!r} is no address that is asked over TLS"
    for label in set(labels) - {needed}:
        yield f"{at}.{label}: a channel of {body['type']} has none"
