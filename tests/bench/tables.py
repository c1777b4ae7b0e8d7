"""How quickly lists go out and come in."""

from .figures import Figure


def list_figures(inside, database: str) -> list[Figure]:
    """Measure exports of 3 000 against those of 30, and the preview of 500 names."""
    out = inside("exports", inside("new_session", 3000)["id"])
    seen = inside("name_list", inside("new_session", 500)["id"])
    if (seen["usable"], seen["faulty"]) != (460, 40):
        raise RuntimeError(f"{seen['usable']} names could be used, {seen['faulty']} were faulty.")
    figures = [
        seconds(f"3 000 participants as CSV, {database}", out["csv_3000"], 1),
        seconds(f"3 000 bookings as XLSX, {database}", out["xlsx_3000"], 3),
        seconds(f"preview of 500 names, 40 faulty, {database}", seen, 2),
    ]
    for ending in ("csv", "xlsx"):
        few, many = (out[f"{ending}_{wanted}"]["queries"] for wanted in (30, 3000))
        name = f"queries of 3 000 as {ending.upper()}, {database}"
        figures.append(Figure(name, many, "queries", few, "for 30", at_most=1))
    return figures


def seconds(name: str, found: dict, most: float) -> Figure:
    return Figure(name, found["seconds"], "s", most, "most allowed", at_most=1)
