"""Finding a supplier: VAT ID and tax number decide, bank account and name only suggest."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from rapidfuzz import fuzz, process

from leitstand.errors import Contradiction
from tools.erp.supplier import Candidate, FindSupplier, Supplier, SupplierMatch, Trait
from tools.names import fold

_NEAR = 60
"""Percent of similarity below which a name is not worth a look."""
_SHOWN = 5

Key = Literal["vat", "stnr", "iban"]
Index = Mapping[str, tuple[int, ...]]

_KEYS: Mapping[Key, Callable[[Supplier | FindSupplier], str | None]] = {
    "vat": lambda record: record.vat,
    "stnr": lambda record: record.stnr,
    "iban": lambda record: record.iban,
}


@dataclass(frozen=True, slots=True)
class Directory:
    """A tenant's suppliers, ready to be searched: by position, folded name and each trait."""

    suppliers: tuple[Supplier, ...]
    names: tuple[str, ...]
    traits: Mapping[Key, Index]

    @classmethod
    def of(cls, suppliers: tuple[Supplier, ...]) -> "Directory":
        """A directory of `suppliers`."""
        return cls(
            suppliers,
            tuple(fold(supplier.name) for supplier in suppliers),
            {key: _index(suppliers, read) for key, read in _KEYS.items()},
        )

    def find(self, args: FindSupplier) -> SupplierMatch:
        """Who may be meant by `args`.

        Raises Contradiction: several active suppliers share the VAT ID or tax number.
        """
        by_vat, by_stnr = self._sharing("vat", args), self._sharing("stnr", args)
        supplier = self._only(by_vat, "VAT ID") or self._only(by_stnr, "tax number")
        found_by: Trait | None = ("vat" if by_vat else "stnr") if supplier else None
        return SupplierMatch(
            supplier=supplier, found_by=found_by, candidates=self._candidates(args)
        )

    def _candidates(self, args: FindSupplier) -> tuple[Candidate, ...]:
        near = self._near(args.name)
        traits: dict[int, list[Trait]] = {}
        for key in _KEYS:
            for position in self._sharing(key, args):
                traits.setdefault(position, []).append(key)
        for position in near:
            traits.setdefault(position, []).append("name")
        found = [
            Candidate(
                supplier=self.suppliers[position],
                traits=tuple(agreeing),
                name_permille=near.get(position, 0),
            )
            for position, agreeing in traits.items()
        ]
        return tuple(sorted(found, key=_worth, reverse=True))

    def _near(self, name: str | None) -> dict[int, int]:
        """Positions of suppliers whose name resembles, with the similarity in permille."""
        folded = fold(name or "")
        if not folded:
            return {}
        hits = process.extract(
            folded, self.names, scorer=fuzz.token_sort_ratio, score_cutoff=_NEAR, limit=_SHOWN
        )
        return {position: round(score * 10) for _, score, position in hits}

    def _sharing(self, key: Key, args: FindSupplier) -> tuple[int, ...]:
        return self.traits[key].get(_compact(_KEYS[key](args)), ())

    def _only(self, positions: tuple[int, ...], trait: str) -> Supplier | None:
        suppliers = [self.suppliers[position] for position in positions]
        if len(suppliers) > 1:
            suppliers = [s for s in suppliers if s.status.casefold() == "active"] or suppliers
        if len(suppliers) > 1:
            ids = [s.id for s in suppliers]
            raise Contradiction(
                f"several suppliers have the same {trait}: {', '.join(ids)}",
                where="erp.supplier",
                mend="merge the records or set all but one inactive",
                detail={"suppliers": ids},
            )
        return suppliers[0] if suppliers else None


def _index(
    suppliers: tuple[Supplier, ...], read: Callable[[Supplier | FindSupplier], str | None]
) -> Index:
    index: dict[str, tuple[int, ...]] = {}
    for position, supplier in enumerate(suppliers):
        if key := _compact(read(supplier)):
            index[key] = (*index.get(key, ()), position)
    return index


def _worth(candidate: Candidate) -> tuple[int, int]:
    return len(set(candidate.traits) - {"name"}), candidate.name_permille


def _compact(value: str | None) -> str:
    return "".join(c for c in value or "" if c.isalnum()).upper()
