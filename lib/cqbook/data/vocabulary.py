"""Words that code and tables share, each once."""

from __future__ import annotations

DIRECTIONS_ZH = {"export": "出口", "import": "进口"}
FLOWS_ZH = {"total": "进出口", "export": "出口", "import": "进口"}
DOMAINS = {
    "auto": "汽车",
    "trade": "外贸",
    "logistics": "物流",
    "parks": "园区",
    "projects": "项目",
    "industry": "工业",
    "investment": "投资",
    "power": "电力",
    "innovation": "创新",
    "labour": "就业",
    "macro": "宏观",
}
STAGES = {
    "signed": "签约",
    "planned": "计划",
    "under_construction": "在建",
    "trial_production": "试产",
    "in_production": "投产",
    "completed": "建成",
    "operating": "运营",
    "": "未印",
}
#: Word added to an indicator for what is measured of it; the level needs none.
MEASURES = {
    "level": "",
    "yoy": "同比",
    "share": "占比",
    "contribution_rate": "贡献率",
    "contribution_points": "拉动",
    "pp_change": "变动",
    "difference": "差额",
    "pct_change": "变动",
    "multiple": "倍数",
    "completion": "完成率",
    "vs_plan": "与计划相比",
    "rank": "位次",
}
