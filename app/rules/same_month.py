from app.rules.facts import Facts


def same_month_findings(facts: Facts) -> set[str]:
    """Return what the rule book says of the services beside CCM in the month, blockers and warnings alike.

    Each row names codes, by whom, and the finding (services.toml, with the source of each row).
    """
    return {
        row.finding
        for service in facts.services_in_month()
        for row in facts.rules.same_month
        if row.finding is not None and service.code in row.codes and service.by in row.by
    }
