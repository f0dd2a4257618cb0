"""Teachers. Each kind is the module of its name; students read the logits that it exports, never the teacher.

A logits file holds ``logits(stopping_epoch, …, sample)`` on one dataset's points, ``sample_id`` as in the dataset and,
for a teacher that was trained on some of them, ``seen(split, sample)``. A teacher that is not trained by epochs has
the single stopping epoch 0.
"""
