"""Budgets of Cloud Billing (cloud.google.com/billing/docs/reference/budget/rest/v1/billingAccounts.budgets)."""
from .facts import once_a_template
from .walk import is_computed, referred

# ISO 4217.
CURRENCIES = set(
    """
    AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY COP CRC
    CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD
    JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO
    NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS
    TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWG
    """.split()
)


@once_a_template
def carried(template):
    """(label, value) of everything that costs or is watched, beside the budgets."""
    return {
        pair
        for kind, of_kind in template.items() if kind != "google_billing_budget"
        for body in of_kind.values()
        for labels in (body.get("labels"), body.get("user_labels")) if isinstance(labels, dict)
        for pair in labels.items() if isinstance(pair[1], str)
    }


def check(kind, name, body, template):
    if kind != "google_billing_budget":
        return
    at = f"{kind}.{name}"
    amount = (body.get("amount") or {}).get("specified_amount") or {}
    code, units, nanos = amount.get("currency_code"), amount.get("units", "0"), amount.get("nanos", 0)
    if code is not None and code not in CURRENCIES:
        yield f"{at}.amount: {code!r} is no currency"
    if not is_computed(units) and not (str(units).isdigit() and str(units).isascii()):
        yield f"{at}.amount: {units!r} are no whole units"
    elif not isinstance(nanos, int) or not 0 <= nanos <= 999_999_999:
        yield f"{at}.amount: {nanos!r} are no nanos"
    elif amount and str(units).strip("0") == "" and nanos == 0:
        yield f"{at}.amount: is nothing"
    rules = body.get("threshold_rules") or []
    said = [(one.get("threshold_percent"), one.get("spend_basis")) for one in (rules if isinstance(rules, list) else [rules])]
    if len(said) != len(set(said)):
        yield f"{at}.threshold_rules: one is there twice"
    # An amount of 100 % is 1: beyond twice the budget nobody is told in time.
    for percent, _basis in said:
        if isinstance(percent, (int, float)) and percent > 2:
            yield f"{at}.threshold_rules: {percent} is {percent * 100:g} % of the budget"
    for label in ((body.get("budget_filter") or {}).get("labels") or {}).items():
        if not is_computed(label[1]) and label not in carried(template):
            yield f"{at}.budget_filter.labels: nothing here carries {label[0]} {label[1]!r}"
    # allUpdatesRule.monitoringNotificationChannels: channels of e-mail only.
    for channel in (body.get("all_updates_rule") or {}).get("monitoring_notification_channels") or []:
        found = referred(channel, "google_monitoring_notification_channel", template)
        if found and found[1].get("type") != "email":
            yield f"{at}.all_updates_rule: {found[0]} is a channel of {found[1].get('type')}, and a budget takes email"
