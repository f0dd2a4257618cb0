from unit.claims.mutations.jz20_correction import ANGLE, GOOD, POOR, SWITCH, both

TABLE = {
    "ext-correction-poor-teacher-sign": (both(), POOR),
    "ext-correction-good-teacher-sign": (both(), GOOD),
    "ext-correction-switch-sign": (both(), SWITCH),
    "ext-correction-angle-sign": (both(), ANGLE),
}
