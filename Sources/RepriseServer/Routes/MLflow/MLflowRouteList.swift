/// Every call of the MLflow API that is answered; a line for each file of this folder.
let mlflowRoutes: [[MLflowRoute]] = [
    projectRoutes,
    projectTagRoutes,
    runRoutes,
    loggingRoutes,
    historyRoutes,
    searchRoutes,
    ArtifactRoutes.mlflow,
    lineageRoutes,
    loggedModelRoutes,
    registeredModelRoutes,
    modelVersionRoutes,
    traceRoutes,
]

/// Every other answer: the proxy of artifacts, health, the server's own numbers.
let httpRoutes: [[HTTPRoute]] = [
    serviceRoutes,
    metricsRoutes,
    ArtifactRoutes.http,
    ModelFiles.http,
]
