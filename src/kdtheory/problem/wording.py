"""What the page of a diagnosis says: no more than was derived, or measured for the student that it names."""

HEADING = """
<h1>A teacher on your points</h1>
<p class=faint>{transfer_points} transfer points, {audit_points} audit points, {classes} classes; kdtheory
{kdtheory_version}. Facts come first: they are true of any student that minimises the loss on these points. What
is said of the <em>kernel student</em>, an infinitely wide network trained to the end, is measured for it
alone.</p>
"""

START = """
<h2>Where to start</h2>
<p>Checkpoint <b>{start_checkpoint:g}</b>, the teacher that errs least on the {judged}, α =
<b>{start_alpha:g}</b> with T², T = <b>{start_temperature:g}</b>: soft ratio ρ = {start_soft_ratio:.4f}. This is a
convention. On twelve fresh problems with trained networks the error of this rule was .014 above that of the best of
25 settings, that of the usual default (last checkpoint, α = .5, T = 2) .023: no difference was shown (p = .15).</p>
"""

COMPARISON = """
<h2>Does the kernel student's ranking hold for your students?</h2>
<div class=comparison><p>{comparison}</p></div>
<p class=faint>These two errors do not answer the question. On the twelve problems the ranking of 24 settings agreed
with that of trained networks with a mean rank correlation of .69, whether the errors lay within .04 of each other
(.70, 12 problems) or not (.70, 6 problems); it was .19 to .98 in single cases. Noisy audit labels and teachers trained
on the transfer points were not tried. Language models, token by token, are out of scope.</p>
"""

DISAGREEMENTS = """
<h2>Certain: who wins where teacher and label disagree</h2>
<p>The student that minimises the loss decides for the label exactly where q_k − q_y &lt; (1 − ρ)T/ρ, q the
teacher's probabilities at T and k its best other class, and for the teacher elsewhere; no third class ever
wins. The label wins against every teacher at {sure} (dashed). Shares of the disagreements among {points}
labelled transfer points:</p>
"""

RANKING = """
<h2>Kernel student: ranking of {settings} settings</h2>
<p>Measured on {points} points, with exact 95 % intervals. Settings whose p against the first is not small
cannot be told from it.</p>
"""

CURVES = """
<h2>Kernel student: errors by number of transfer points</h2>
<p>Bands are exact 95 % intervals over audit points, for these transfer points in one order. Nothing is
extrapolated.</p>
"""

GROWTH = """
<h2>Kernel student: how far its weights must move</h2>
<p>‖Δŵ_n‖² = Σ_k z_kᵀΘ_n⁻¹z_k of each target, and its growth I(n) by octaves of n; bars are 95 % intervals
over {orders} orders of one pool of points, not over other points. How large the norm is decides nothing about
your students.</p>
"""

CORRECTION = """
<h2>Kernel student: which way a few hard labels turn it</h2>
<p>JZ20 Theorem 2, a derivative at ρ = 1, for this student and these labels: positive where hard labels turn the
weights towards those of the labels. It is no prediction for trained networks.</p>
"""

CONVENTIONS = """
<h2>The same loss in each tool's words</h2>
<p>The start is α = {start_alpha:g}, T = {start_temperature:g} with T². A loss with weights w (soft, with T² where
the tool multiplies by it) and h (hard) has ρ = w/(w + h); without T², ρ is α. <code>kdtheory loss check</code>
measures ρ, T and a missing T² of yours.</p>
"""
