"""Every route of the API that the fuzz knocks at: method, path, and the fields that it reads."""

_PREFIX = "/api/2.0/mlflow/"

_CALLS = """
POST experiments/create name artifact_location tags
GET experiments/get experiment_id
GET experiments/get-by-name experiment_name
GET experiments/search filter order_by max_results page_token view_type
POST experiments/search filter order_by max_results page_token view_type
POST experiments/update experiment_id new_name
POST experiments/set-experiment-tag experiment_id key value
POST experiments/delete-experiment-tag experiment_id key
POST experiments/search-datasets experiment_ids
POST runs/create experiment_id start_time tags run_name user_id
GET runs/get run_id run_uuid
POST runs/update run_id status end_time run_name
POST runs/search experiment_ids filter order_by max_results page_token run_view_type
POST runs/log-metric run_id key value timestamp step
POST runs/log-parameter run_id key value
POST runs/log-batch run_id metrics params tags
POST runs/log-batch run_id metrics
POST runs/set-tag run_id key value
POST runs/delete-tag run_id key
POST runs/log-inputs run_id datasets models
POST runs/outputs run_id models
POST runs/log-model run_id model_json
GET metrics/get-history run_id metric_key max_results page_token
GET metrics/get-history-bulk run_id metric_key max_results
GET metrics/get-history-bulk-interval run_ids metric_key max_results start_step end_step
GET artifacts/list run_id path page_token
POST logged-models experiment_id name source_run_id tags params
GET logged-models/m-00000000000000000000000000000000
PATCH logged-models/m-00000000000000000000000000000000 status
PATCH logged-models/m-00000000000000000000000000000000/tags tags
DELETE logged-models/m-00000000000000000000000000000000/tags/a
POST logged-models/m-00000000000000000000000000000000/params params
POST logged-models/search experiment_ids filter order_by max_results page_token datasets
POST registered-models/create name tags description
GET registered-models/get name
GET registered-models/search filter order_by max_results page_token
POST registered-models/rename name new_name
PATCH registered-models/update name description
DELETE registered-models/delete name
POST registered-models/get-latest-versions name stages
POST registered-models/set-tag name key value
DELETE registered-models/delete-tag name key
POST registered-models/alias name alias version
GET registered-models/alias name alias
DELETE registered-models/alias name alias
POST model-versions/create name source run_id tags
GET model-versions/get name version
PATCH model-versions/update name version description
DELETE model-versions/delete name version
GET model-versions/search filter order_by max_results page_token
GET model-versions/get-download-uri name version
POST model-versions/set-tag name version key value
DELETE model-versions/delete-tag name version key
POST model-versions/transition-stage name version stage archive_existing_versions
POST nothing/at-all a b
"""

ROUTES = [(method, _PREFIX + path, fields) for method, path, *fields in (line.split() for line in _CALLS.strip().splitlines())] + [
    ("PUT", "/api/2.0/mlflow-artifacts/artifacts/{root}/a", []),
    ("GET", "/api/2.0/mlflow-artifacts/artifacts/{root}/a", []),
    ("DELETE", "/api/2.0/mlflow-artifacts/artifacts/{root}/a", []),
    ("GET", "/api/2.0/mlflow-artifacts/artifacts", ["path"]),
    ("POST", "/api/2.0/mlflow-artifacts/mpu/create/{root}/a", ["path", "num_parts"]),
    ("POST", "/api/2.0/mlflow-artifacts/mpu/complete/{root}/a", ["path", "upload_id", "parts"]),
    ("POST", "/api/2.0/mlflow-artifacts/mpu/abort/{root}/a", ["path", "upload_id"]),
    ("GET", "/get-artifact", ["run_id", "path"]),
    ("GET", "/ajax-api/2.0/mlflow/runs/get", ["run_id"]),
    ("POST", "/ajax-api/2.0/mlflow/runs/search", ["experiment_ids", "filter", "order_by"]),
    ("POST", "/api/3.0/mlflow/traces", ["trace"]),
    ("GET", "/api/3.0/mlflow/server-info", []),
]
