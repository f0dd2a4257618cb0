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
<b>{start_alpha:g}</b> with T², T = <b>{start_temperature:g}</b>: soft ratio ρ = {start_soft_ratio:.4f}. In 78
problems with trained networks the error of this rule was .013 above that of the best of 97 settings; of the
usual default, the last checkpoint, it was .065 above.</p>
"""

ANSWER = """
<h2>Does the kernel student's ranking hold for your students?</h2>
<div class=answer><p><b>{answer}</b>. {answer_text}</p></div>
<p class=faint>One student trained on hard labels tells: in the 78 problems, where its audit error was within
{close:g} of the kernel's flow, the ranking agreed well with trained students (mean rank correlation .77), else not
(.45). This was found afterwards and is not confirmed. Convolutional students, noisy audit labels and teachers
trained on the transfer points were not tried. Language models, token by token, are out of scope.</p>
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
