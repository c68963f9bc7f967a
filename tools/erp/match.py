"""Finding a supplier: VAT ID and tax number decide, bank account and name only suggest."""

from collections.abc import Callable
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from leitstand.errors import Contradiction
from tools.erp.supplier import Candidate, FindSupplier, Supplier, SupplierMatch, Trait
from tools.names import fold

__all__ = ["Directory"]

_NEAR = 60
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Directory:
    """A tenant's suppliers, ready to be searched."""

    suppliers: tuple[Supplier, ...]
    names: tuple[str, ...]

    @classmethod
    def of(cls, suppliers: tuple[Supplier, ...]) -> "Directory":
        """A directory with the folded names of `suppliers`."""
        return cls(suppliers, tuple(fold(s.name) for s in suppliers))

    def find(self, args: FindSupplier) -> SupplierMatch:
        """Who may be meant by `args`.

        Raises Contradiction: several active suppliers share the VAT ID or tax number.
        """
        by_vat = self._sharing(args.vat, lambda s: s.vat)
        by_stnr = self._sharing(args.stnr, lambda s: s.stnr)
        supplier = _only(by_vat, "VAT ID") or _only(by_stnr, "tax number")
        found_by: Trait | None = ("vat" if by_vat else "stnr") if supplier else None
        return SupplierMatch(
            supplier=supplier, found_by=found_by, candidates=self._candidates(args)
        )

    def _candidates(self, args: FindSupplier) -> tuple[Candidate, ...]:
        near = self._near(args.name)
        traits: dict[int, list[Trait]] = {i: ["name"] for i in near}
        fields: tuple[tuple[Trait, str | None], ...] = (
            ("iban", args.iban),
            ("stnr", args.stnr),
            ("vat", args.vat),
        )
        for trait, wanted in fields:
            for supplier in self._sharing(wanted, lambda s, t=trait: getattr(s, t)):
                traits.setdefault(self.suppliers.index(supplier), []).insert(0, trait)
        found = [
            Candidate(
                supplier=self.suppliers[i], traits=tuple(traits[i]), name_permille=near.get(i, 0)
            )
            for i in traits
        ]
        return tuple(sorted(found, key=_worth, reverse=True))

    def _near(self, name: str | None) -> dict[int, int]:
        """Positions of suppliers whose name resembles, with the similarity in permille."""
        if not name or not fold(name):
            return {}
        hits = process.extract(
            fold(name), self.names, scorer=fuzz.token_sort_ratio, score_cutoff=_NEAR, limit=_SHOWN
        )
        return {position: round(score * 10) for _, score, position in hits}

    def _sharing(
        self, wanted: str | None, of: Callable[[Supplier], str | None]
    ) -> tuple[Supplier, ...]:
        key = _compact(wanted)
        return tuple(s for s in self.suppliers if key and _compact(of(s)) == key)


def _only(suppliers: tuple[Supplier, ...], trait: str) -> Supplier | None:
    if not suppliers:
        return None
    if len(suppliers) == 1:
        return suppliers[0]
    active = [s for s in suppliers if s.status == "active"]
    if len(active) == 1:
        return active[0]
    ids = ", ".join(s.id for s in suppliers)
    raise Contradiction(
        f"several suppliers have the same {trait}: {ids}",
        where="erp.supplier",
        mend="merge the records or set all but one inactive",
        detail={"suppliers": [s.id for s in suppliers]},
    )


def _worth(candidate: Candidate) -> tuple[int, int]:
    return len(set(candidate.traits) - {"name"}), candidate.name_permille


def _compact(value: str | None) -> str:
    return "".join(c for c in value or "" if c.isalnum()).upper()
