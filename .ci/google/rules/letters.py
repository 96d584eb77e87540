"""Messages that no handler takes: where they go, who moves them there, who keeps them, and who is told."""
import re

from .walk import referred

SUBSCRIPTION, TOPIC = "google_pubsub_subscription", "google_pubsub_topic"
AGENT = re.compile(r"serviceAccount:service-(\d+|\$\{data\.google_project\.\w+\.number\})@gcp-sa-pubsub\.iam\.gserviceaccount\.com")
DELIVERED = ("push_config", "bigquery_config", "cloud_storage_config")
WEEK = "604800s"


def topic_of(subscription, template):
    return (referred(subscription.get("topic"), TOPIC, template) or [None])[0]


def letters_of(subscription, template):
    """The topic that a subscription's dead letters go to; None where they go nowhere."""
    policy = subscription.get("dead_letter_policy") or {}
    return (referred(policy.get("dead_letter_topic"), TOPIC, template) or [None])[0]


def bound(kind, attribute, name, role, template):
    """Whether Pub/Sub itself has a role on a topic or a subscription."""
    return any(
        one.get("role") == role
        and (referred(one.get(attribute), f"google_pubsub_{attribute}", template) or [None])[0] == name
        and AGENT.fullmatch(str(one.get("member")))
        for one in template.get(kind, {}).values()
    )


def check(kind, name, body, template):
    if kind == SUBSCRIPTION:
        yield from (pushed if body.get("push_config") else kept)(f"{kind}.{name}", name, body, template)
    elif kind == "google_pubsub_subscription_iam_member":
        on = referred(body.get("subscription"), SUBSCRIPTION, template)
        if on and not on[1].get("push_config"):
            yield f"{kind}.{name}.subscription: {on[0]} keeps dead letters, which Pub/Sub has no business with"
        if not AGENT.fullmatch(str(body.get("member"))):
            yield f"{kind}.{name}.member: {body.get('member')!r} is not Pub/Sub itself"


def pushed(at, name, body, template):
    letters = letters_of(body, template)
    if letters is None:
        yield f"{at}.dead_letter_policy: goes to no topic of this template, and what no handler takes is lost"
        return
    if letters == topic_of(body, template):
        yield f"{at}.dead_letter_policy: goes to the topic it comes from"
    if not bound("google_pubsub_topic_iam_member", "topic", letters, "roles/pubsub.publisher", template):
        yield f"{at}.dead_letter_policy: Pub/Sub may not publish on {letters}"
    if not bound("google_pubsub_subscription_iam_member", "subscription", name, "roles/pubsub.subscriber", template):
        yield f"{at}.dead_letter_policy: Pub/Sub may not take messages out"
    if not any(topic_of(one, template) == letters and not one.get("push_config") for one in template.get(SUBSCRIPTION, {}).values()):
        yield f"{at}.dead_letter_policy: nothing keeps what comes to {letters}"
    # A handler's letters are with the handler.
    if (calls := re.search(r"\.(\w+)_Function_", str(body["push_config"].get("push_endpoint")))) and f"{calls.group(1)}_DeadLetters_" not in letters:
        yield f"{at}.dead_letter_policy: {letters} is of another handler"


def kept(at, name, body, template):
    if any(body.get(one) for one in DELIVERED):
        return  # pairs.py says whether it may
    topic = topic_of(body, template)
    if not any(letters_of(one, template) == topic for one in template.get(SUBSCRIPTION, {}).values() if topic):
        yield f"{at}: nobody reads it, and no dead letters come there"
    if body.get("message_retention_duration") != WEEK:
        yield f"{at}.message_retention_duration: {body.get('message_retention_duration')!r}, and people have a week"
    if (body.get("expiration_policy") or {}).get("ttl") != "":
        yield f"{at}.expiration_policy: it has to be there when a message comes"
    if not any(f'subscription_id = "{body.get("name")}"' in str(one.get("conditions")) for one in template.get("google_monitoring_alert_policy", {}).values()):
        yield f"{at}: nobody is told of what it keeps"
