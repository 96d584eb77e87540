"""Cron expressions of five fields, time zones, and what a schedule sends."""
import base64
import json
import os
import re
import zoneinfo

from .walk import is_computed

FIELDS = (("minute", 0, 59), ("hour", 0, 23), ("day of month", 1, 31), ("month", 1, 12), ("day of week", 0, 7))
WORDS = {
    "month": "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split(),
    "day of week": "SUN MON TUE WED THU FRI SAT".split(),
}
SOURCE = os.path.join(os.path.dirname(__file__), "..", "..", "..", "src", "contract", "use-cases.ts")
USE_CASES = set(re.findall(r"^  '(\w+)',$", open(SOURCE, encoding="utf8").read(), re.M))


def check(kind, name, body, _template):
    if kind != "google_cloud_scheduler_job":
        return
    fields = str(body.get("schedule")).split()
    if len(fields) != len(FIELDS):
        yield f"{kind}.{name}.schedule: {body.get('schedule')!r} has not five fields"
    for (what, least, most), text in zip(FIELDS, fields):
        if not all(is_part(part, what, least, most) for part in text.split(",")):
            yield f"{kind}.{name}.schedule: {text!r} is no {what}"
    zone = body.get("time_zone", "UTC")
    if zone not in zoneinfo.available_timezones():
        yield f"{kind}.{name}.time_zone: {zone!r} is no time zone"
    sent = body.get("http_target", {}).get("body", "")
    if not is_computed(sent):
        yield from message(kind, name, sent)


def is_part(part, what, least, most):
    words = {word: str(number + least) for number, word in enumerate(WORDS.get(what, []))}
    part = re.sub(r"[A-Z]{3}", lambda found: words.get(found.group(0), "x"), part.upper())
    found = re.fullmatch(r"(\*|(\d+)(?:-(\d+))?)(?:/(\d+))?", part)
    if not found:
        return False
    first, last, step = (None if one is None else int(one) for one in found.group(2, 3, 4))
    within = all(one is None or least <= one <= most for one in (first, last))
    return within and (last is None or first <= last) and (step is None or 1 <= step <= most)


def message(kind, name, sent):
    try:
        event = json.loads(base64.b64decode(sent, validate=True))
    except ValueError as error:
        yield f"{kind}.{name}.http_target.body: {error}"
        return
    if event.get("use") not in USE_CASES:
        yield f"{kind}.{name}.http_target.body: {event.get('use')!r} is no use case"
