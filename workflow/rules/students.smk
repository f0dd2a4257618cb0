# What learns. A batch of worlds of a cell is one job; all their runs are computed inside it.
rule students:
    input:
        [file for experiment in EXPERIMENTS for file in student_files(experiment)],


# Students of any module. The rules below are the same job under a name of its own, by which a profile or `--forcerun`
# addresses one family, and with the memory and time that the family takes.
rule fit_students:
    input:
        dataset=student_dataset,
        logits=student_logits,
        code=student_code,
    output:
        "<results>/students/{experiment}/{cell}/{first}.nc",
    log:
        "<logs>/students/{experiment}-{cell}/{first}.log",
    benchmark:
        "<results>/benchmarks/students/{experiment}-{cell}/{first}.tsv"
    conda:
        "../../envs/study.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=60,
    params:
        student=student_of,
        key=key_of,
        settings=student_settings,
        seed=lookup("seed", within=config),
    message:
        "Fit students: {wildcards.experiment}, {wildcards.cell}, batch {wildcards.first}"
    shell:
        "python -m kdtheory.students.{params.student} fit --key {params.key} --seed {params.seed}"
        " --dataset {input.dataset:q} --logits {input.logits:q} --settings /dev/stdin --output {output:q}"
        " 2> {log:q} <<< {params.settings:q}"


ruleorder: fit_linear > fit_students
ruleorder: fit_deep_linear > fit_students
ruleorder: fit_kernel > fit_students
ruleorder: fit_image_kernel > fit_students
ruleorder: fit_resnet > fit_students
ruleorder: fit_network > fit_students


use rule fit_students as fit_linear with:
    wildcard_constraints:
        experiment=experiments_learnt_by("linear.transfer", "linear.path", "linear.design", "linear.step_sizes"),
    message:
        "Fit linear students: {wildcards.experiment}, {wildcards.cell}, batch {wildcards.first}"


use rule fit_students as fit_deep_linear with:
    wildcard_constraints:
        experiment=experiments_learnt_by("deep_linear.paths"),
    message:
        "Fit deep linear students: {wildcards.experiment}, {wildcards.cell}, batch {wildcards.first}"


use rule fit_students as fit_kernel with:
    wildcard_constraints:
        experiment=experiments_learnt_by("kernel.points", "kernel.design"),
    message:
        "Fit kernel students: {wildcards.experiment}, {wildcards.cell}, batch {wildcards.first}"


use rule fit_students as fit_image_kernel with:
    wildcard_constraints:
        experiment=experiments_learnt_by("kernel.images"),
    resources:
        mem_mb=4000,
        runtime=60,
    message:
        "Fit kernel students on images: {wildcards.experiment}, {wildcards.cell}, batch {wildcards.first}"


use rule fit_students as fit_resnet with:
    wildcard_constraints:
        experiment=experiments_learnt_by("resnet"),
    resources:
        mem_mb=4000,
        runtime=600,
    message:
        "Train residual students: {wildcards.experiment}, {wildcards.cell}, batch {wildcards.first}"


use rule fit_students as fit_network with:
    wildcard_constraints:
        experiment=experiments_learnt_by("finite_width.networks", "finite_width.growth"),
    message:
        "Fit networks of finite width: {wildcards.experiment}, {wildcards.cell}, batch {wildcards.first}"
