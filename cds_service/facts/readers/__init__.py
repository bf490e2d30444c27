"""The generic readers that fact declarations name. Each is a function ``(Context, Spec) -> Reading``."""

from collections.abc import Callable, Mapping

from cds_service.facts.context import Context, Reading
from cds_service.facts.declarations import Spec
from cds_service.facts.readers.biomarkers import read_result
from cds_service.facts.readers.coded import read_decisive, read_latest_code
from cds_service.facts.readers.flags import read_documented, read_flag
from cds_service.facts.readers.imaging import read_imaging
from cds_service.facts.readers.lookups import read_days_between, read_first_date, read_patient, read_record, read_texts
from cds_service.facts.readers.orders import read_combination, read_orders
from cds_service.facts.readers.primary import read_histology, read_primary
from cds_service.facts.readers.quantities import read_quantity
from cds_service.facts.readers.radiotherapy import read_radiotherapy
from cds_service.facts.readers.spread import read_spread, read_spread_body_site, read_spread_flag
from cds_service.facts.readers.staging import read_staging
from cds_service.facts.readers.treatments import read_procedures, read_treatments

Reader = Callable[[Context, Spec], Reading]

READERS: Mapping[str, Reader] = {
    "patient": read_patient,
    "record": read_record,
    "days-between": read_days_between,
    "first-date": read_first_date,
    "texts": read_texts,
    "primary": read_primary,
    "histology": read_histology,
    "spread": read_spread,
    "spread-flag": read_spread_flag,
    "spread-body-site": read_spread_body_site,
    "staging": read_staging,
    "flag": read_flag,
    "documented": read_documented,
    "latest-quantity": read_quantity,
    "latest-code": read_latest_code,
    "decisive-code": read_decisive,
    "result": read_result,
    "treatments": read_treatments,
    "procedures": read_procedures,
    "radiotherapy": read_radiotherapy,
    "imaging": read_imaging,
    "orders": read_orders,
    "combination": read_combination,
}
