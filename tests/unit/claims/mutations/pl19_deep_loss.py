from unit.claims.pl19_mutations import table

TABLE = table("pl19_deep_loss")
