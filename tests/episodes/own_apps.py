# SPDX-License-Identifier: Apache-2.0
"""Three sets of manifests as strangers have them, written into a folder: a plain app, a dump of a
running cluster, and a folder that grew over years. TARGETS says which workload or Service can
carry which fault, and whether clients notice it (`client`) or only the cluster shows it."""
import copy
import json

SHOP = """# The whole shop, as written by hand.
apiVersion: apps/v1
kind: Deployment
metadata:
  name: storefront
  labels: {app: storefront, tier: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: storefront}}
  template:
    metadata: {labels: {app: storefront, tier: web}}
    spec:
      containers:
        - name: storefront
          image: ghcr.io/acme/storefront:3.2.0
          command: ["/usr/local/bin/storefront"]
          args: ["--listen=:8080", "--orders-url=http://orders:9000/v1"]
          ports: [{name: http, containerPort: 8080}]
          env:
            - {name: CATALOG_URL, value: "http://catalog.default.svc.cluster.local:9000"}
            - {name: LOG_LEVEL, value: info}
          readinessProbe: {httpGet: {path: /ready, port: http}, periodSeconds: 5}
          livenessProbe: {httpGet: {path: /live, port: http}, periodSeconds: 10}
          resources: {requests: {cpu: 250m, memory: 128Mi}, limits: {cpu: "1", memory: 256Mi}}
---
apiVersion: v1
kind: Service
metadata: {name: storefront}
spec:
  type: LoadBalancer
  selector: {app: storefront}
  ports: [{name: http, port: 80, targetPort: http}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: orders}
spec:
  replicas: 2
  strategy: {type: Recreate}
  selector: {matchLabels: {app: orders}}
  template:
    metadata: {labels: {app: orders}}
    spec:
      containers:
        - name: orders
          image: ghcr.io/acme/orders:1.9
          command: ["/srv/orders"]
          envFrom: [{configMapRef: {name: orders-settings}}]
          env:
            - name: DB_HOST
              valueFrom: {configMapKeyRef: {name: orders-settings, key: database.host}}
            - {name: DATABASE_DSN, value: "postgres://orders:pw@orders-db.default.svc:5432/orders"}
          ports: [{containerPort: 9000}, {containerPort: 9100, name: metrics}]
          readinessProbe: {tcpSocket: {port: 9000}}
          livenessProbe: {httpGet: {path: /healthz, port: 9000}}
          resources: {requests: {cpu: 200m, memory: 256Mi}, limits: {memory: 512Mi}}
---
apiVersion: v1
kind: Service
metadata: {name: orders}
spec:
  selector: {app: orders}
  ports: [{name: metrics, port: 9100, targetPort: metrics}, {name: api, port: 9000}]
---
apiVersion: v1
kind: ConfigMap
metadata: {name: orders-settings}
data:
  database.host: orders-db
  CACHE_ADDR: cache:6379
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: catalog}
spec:
  replicas: 3
  selector: {matchLabels: {app: catalog}}
  template:
    metadata: {labels: {app: catalog}}
    spec:
      containers:
        - name: catalog
          image: ghcr.io/acme/catalog@sha256:%s
          command: [/srv/catalog, --db, "orders-db:5432"]
          ports: [{containerPort: 9000, name: grpc}]
          readinessProbe: {grpc: {port: 9000}}
          resources: {requests: {cpu: 100m, memory: 128Mi}, limits: {memory: 256Mi}}
---
apiVersion: v1
kind: Service
metadata: {name: catalog}
spec: {selector: {app: catalog}, ports: [{port: 9000, targetPort: grpc}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: orders-db}
spec:
  selector: {matchLabels: {app: orders-db}}
  strategy: {type: Recreate}
  template:
    metadata: {labels: {app: orders-db}}
    spec:
      containers:
        - name: postgres
          image: postgres:16
          ports: [{containerPort: 5432}]
          resources: {requests: {cpu: 500m, memory: 512Mi}, limits: {memory: 1Gi}}
---
apiVersion: v1
kind: Service
metadata: {name: orders-db}
spec: {clusterIP: None, selector: {app: orders-db}, ports: [{port: 5432}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: cache}
spec:
  selector: {matchLabels: {app: cache}}
  template:
    metadata: {labels: {app: cache}}
    spec: {containers: [{name: redis, image: "redis:7", ports: [{containerPort: 6379}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: cache}
spec: {selector: {app: cache}, ports: [{port: 6379}]}
""" % ("0f3bb9a1" * 8)

# A folder that grew: CRLF, anchors, kinds that are not simulated, comments, an empty document.
BLOG = """# collected over the years; the order means nothing
apiVersion: v1
kind: Namespace
metadata: {name: blog}
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: blog-config
  namespace: blog
data:
  DB_URL: mysql://blog:pw@mysql.blog.svc.cluster.local:3306/blog
  RENDERER: renderer.blog:7000
  banner: |
    welcome
    -------
  SAMPLE: "0.5"
---
# nothing here but a comment
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: nginx, namespace: blog, labels: &nginx {app: nginx}}
spec:
  replicas: 2
  selector: {matchLabels: *nginx}
  template:
    metadata: {labels: *nginx}
    spec:
      containers:
        - &container
          name: nginx
          image: nginx:1.27
          command: [nginx, -g, daemon off;]
          ports: [{containerPort: 80, name: http}, {containerPort: 8443, name: https}]
          env: [{name: UPSTREAM, value: "blog-api:8000"}]
          livenessProbe: {httpGet: {path: /, port: https, scheme: HTTPS}, periodSeconds: 5}
          readinessProbe: &ready {httpGet: {path: /, port: http}}
          resources: &small {requests: {cpu: 100m, memory: 64Mi}, limits: {memory: 128Mi}}
---
apiVersion: v1
kind: Service
metadata: {name: nginx, namespace: blog}
spec:
  selector: {app: nginx}
  ports:
    - {name: tls, port: 443, targetPort: https}
    - {name: plain, port: 80, targetPort: http}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: blog, namespace: blog}
spec:
  rules:
    - host: blog.example.org
      http:
        paths:
          - {path: /, pathType: Prefix, backend: {service: {name: nginx, port: {number: 80}}}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: blog-api, namespace: blog}
spec:
  replicas: 1
  selector: {matchExpressions: [{key: app, operator: In, values: [blog-api, api]}]}
  strategy: {type: Recreate}
  template:
    metadata: {labels: {app: api, version: v2}}
    spec:
      initContainers: [{name: migrate, image: "registry.example.org:5000/blog/api:2"}]
      containers:
        - name: api
          image: registry.example.org:5000/blog/api:2
          command: [/app/api]
          args: ["--renderer", "$(RENDERER)"]
          envFrom: [{configMapRef: {name: blog-config}}]
          ports: [{containerPort: 8000, name: web}, {containerPort: 9000, name: admin}]
          livenessProbe: {httpGet: {path: /alive, port: admin}, failureThreshold: 2}
          resources: {limits: {memory: 1Gi, cpu: "2"}}
        - {name: sidecar, image: "fluent/fluent-bit:3"}
---
apiVersion: v1
kind: Service
metadata: {name: blog-api, namespace: blog}
spec:
  selector: {app: api}
  ports:
    - {name: admin, port: 9000, targetPort: admin}
    - {name: web, port: 8000, targetPort: web}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: renderer, namespace: blog}
spec:
  replicas: 2
  selector: {matchLabels: {app: renderer}}
  template:
    metadata: {labels: {app: renderer}}
    spec: {containers: [{name: renderer, image: blog/renderer, ports: [{containerPort: 7000}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: renderer, namespace: blog}
spec: {selector: {app: renderer}, ports: [{port: 7000}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: mysql, namespace: blog}
spec:
  selector: {matchLabels: {app: mysql}}
  strategy: {type: Recreate}
  template:
    metadata: {labels: {app: mysql}}
    spec:
      containers:
        - name: mysql
          image: mysql:8
          env: [{name: MYSQL_ROOT_PASSWORD, valueFrom: {secretKeyRef: {name: mysql, key: pw}}}]
          ports: [{containerPort: 3306}]
          volumeMounts: [{name: data, mountPath: /var/lib/mysql}]
      volumes: [{name: data, persistentVolumeClaim: {claimName: mysql}}]
---
{"apiVersion": "v1", "kind": "Service", "metadata": {"name": "mysql", "namespace": "blog"},
 "spec": {"selector": {"app": "mysql"}, "ports": [{"port": 3306}]}}
---
apiVersion: v1
kind: Secret
metadata: {name: mysql, namespace: blog}
stringData: {pw: hunter2}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: mysql, namespace: blog}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 10Gi}}}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: queue, namespace: blog}
spec:
  serviceName: queue
  selector: {matchLabels: &queue {app: queue}}
  template:
    metadata: {labels: *queue}
    spec: {containers: [{name: queue, image: "rabbitmq:3"}]}
---
apiVersion: v1
kind: Service
metadata: {name: queue, namespace: blog}
spec: {clusterIP: None, selector: {app: queue}, ports: [{port: 5672}]}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: nginx, namespace: blog}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: nginx}
  minReplicas: 2
  maxReplicas: 5
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.org}
spec:
  group: example.org
  names: {kind: Widget, plural: widgets}
  scope: Namespaced
  versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}]
---
apiVersion: example.org/v1
kind: Widget
metadata: {name: w, namespace: blog}
spec: {size: 3}
---
""".replace("\n", "\r\n")


def workload(name, replicas, container, recreate=False):
    spec = {"replicas": replicas, "selector": {"matchLabels": {"app": name}},
            "template": {"metadata": {"labels": {"app": name}},
                         "spec": {"containers": [{"name": name, **container}]}}}
    if recreate:
        spec["strategy"] = {"type": "Recreate"}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name},
            "spec": spec}


def service(name, port, target):
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name},
            "spec": {"selector": {"app": name}, "ports": [{"port": port, "targetPort": target}]}}


def dumped():
    """A list as `kubectl get all,cm -n bank -o json` prints it, events and pods included."""
    web = workload("web", 2, {
        "image": "bank/web:7", "command": ["/web"], "ports": [{"containerPort": 3000}],
        "env": [{"name": "ACCOUNTS", "value": "accounts.bank.svc.cluster.local:8080"}]})
    accounts = workload("accounts", 2, {
        "image": "bank/accounts:7", "command": ["/accounts"],
        "args": ["--ledger-address", "ledger:5000"],
        "ports": [{"containerPort": 8080, "protocol": "TCP"}],
        "env": [{"name": "RATES", "valueFrom": {
            "configMapKeyRef": {"name": "rates", "key": "eur"}}}],
        "livenessProbe": {"tcpSocket": {"port": 8080}, "timeoutSeconds": 1},
        "resources": {"limits": {"memory": "256Mi"}, "requests": {"memory": "256Mi"}}},
        recreate=True)
    ledger = workload("ledger", 1, {"image": "bank/ledger:7", "command": ["/ledger"],
                                    "ports": [{"containerPort": 5000}]}, recreate=True)
    config = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "rates"},
              "data": {"eur": "1.07", "usd": "1"}}
    items = [web, accounts, ledger, config, service("web", 80, 3000),
             service("accounts", 8080, 8080), service("ledger", 5000, 5000)]
    root = copy.deepcopy(config)
    root["metadata"]["name"] = "kube-root-ca.crt"
    items.append(root)
    for number, item in enumerate(items):
        fill(item, number)
    for owner in (web, accounts, ledger):
        items.extend(children(owner))
    items.append({"apiVersion": "v1", "kind": "Event", "involvedObject": {"kind": "Pod"},
                  "metadata": {"name": "web.17f", "namespace": "bank", "uid": "e-1"},
                  "reason": "Pulled", "message": "", "type": "Normal"})
    items.append({"apiVersion": "v1", "kind": "Endpoints", "subsets": [],
                  "metadata": {"name": "web", "namespace": "bank", "uid": "e-2"}})
    items.append({"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice",
                  "addressType": "IPv4", "endpoints": [], "ports": [],
                  "metadata": {"name": "web-x2x4z", "namespace": "bank", "uid": "e-3",
                               "ownerReferences": [owner_of("v1", "Service", "web")]}})
    return {"apiVersion": "v1", "kind": "List", "metadata": {"resourceVersion": ""},
            "items": items}


def owner_of(version, kind, name):
    return {"apiVersion": version, "kind": kind, "name": name, "controller": True,
            "blockOwnerDeletion": True, "uid": "uid-" + name}


def fill(item, number):
    """What a server adds to an object."""
    meta = item["metadata"]
    applied = json.dumps(item) + "\n"
    meta.update({"namespace": "bank", "uid": "uid-" + meta["name"], "generation": 3,
                 "resourceVersion": str(1000 + number),
                 "creationTimestamp": "2025-11-02T08:15:30Z",
                 "annotations": {"kubectl.kubernetes.io/last-applied-configuration": applied},
                 "managedFields": [{"manager": "kubectl-client-side-apply", "operation": "Update",
                                    "apiVersion": item["apiVersion"], "fieldsType": "FieldsV1",
                                    "fieldsV1": {"f:spec": {".": {}}},
                                    "time": "2025-11-02T08:15:30Z"}]})
    spec = item.get("spec", {})
    if item["kind"] == "Service":
        address = "10.96.3.%d" % (number + 10)
        spec.update({"clusterIP": address, "clusterIPs": [address], "ipFamilies": ["IPv4"],
                     "ipFamilyPolicy": "SingleStack", "internalTrafficPolicy": "Cluster",
                     "sessionAffinity": "None", "type": "ClusterIP"})
        item["status"] = {"loadBalancer": {}}
    if item["kind"] == "Deployment":
        meta["annotations"]["deployment.kubernetes.io/revision"] = "4"
        spec.update({"progressDeadlineSeconds": 600, "revisionHistoryLimit": 10})
        pod = spec["template"]["spec"]
        spec["template"]["metadata"]["creationTimestamp"] = None
        spec["template"]["metadata"]["annotations"] = {
            "kubectl.kubernetes.io/restartedAt": "2025-11-05T10:00:00Z"}
        pod.update({"dnsPolicy": "ClusterFirst", "restartPolicy": "Always", "securityContext": {},
                    "schedulerName": "default-scheduler", "terminationGracePeriodSeconds": 30})
        pod["containers"][0].update({"imagePullPolicy": "IfNotPresent",
                                     "terminationMessagePath": "/dev/termination-log",
                                     "terminationMessagePolicy": "File"})
        pod["containers"][0].setdefault("resources", {})
        item["status"] = {"availableReplicas": spec["replicas"], "observedGeneration": 3,
                          "replicas": spec["replicas"], "conditions": [
                              {"type": "Available", "status": "True", "reason": "x",
                               "message": "", "lastTransitionTime": "2025-11-02T08:15:30Z",
                               "lastUpdateTime": "2025-11-02T08:15:30Z"}]}


def children(deployment):
    """ReplicaSets of two revisions and the pods of the newer one."""
    name = deployment["metadata"]["name"]
    for suffix, replicas in (("5d4f8c7b9", 0), ("6b7c9d8f4", deployment["spec"]["replicas"])):
        template = copy.deepcopy(deployment["spec"]["template"])
        template["metadata"]["labels"]["pod-template-hash"] = suffix
        labels = dict(template["metadata"]["labels"])
        yield {"apiVersion": "apps/v1", "kind": "ReplicaSet",
               "metadata": {"name": name + "-" + suffix, "namespace": "bank", "labels": labels,
                            "uid": "uid-" + name + "-" + suffix, "resourceVersion": "77",
                            "ownerReferences": [owner_of("apps/v1", "Deployment", name)]},
               "spec": {"replicas": replicas, "selector": {"matchLabels": labels},
                        "template": template},
               "status": {"replicas": replicas}}
        for k in range(replicas):
            pod = copy.deepcopy(template["spec"])
            pod["nodeName"] = "ip-10-0-0-%d" % k
            pod["volumes"] = [{"name": "kube-api-access-abcde",
                               "projected": {"sources": [{"serviceAccountToken": {
                                   "path": "token"}}]}}]
            yield {"apiVersion": "v1", "kind": "Pod",
                   "metadata": {"name": "%s-%s-%d" % (name, suffix, k), "namespace": "bank",
                                "labels": labels, "uid": "uid-pod-%s-%d" % (name, k),
                                "ownerReferences": [
                                    owner_of("apps/v1", "ReplicaSet", name + "-" + suffix)]},
                   "spec": pod, "status": {"phase": "Running", "podIP": "10.1.2.3"}}


def write_shop(folder):
    (folder / "shop.yaml").write_text(SHOP)


def write_dump(folder):
    (folder / "bank.json").write_text(json.dumps(dumped(), indent=4))


def write_blog(folder):
    (folder / "everything.yml").write_bytes(BLOG.encode())


# Nothing says when a process is ready: a pod counts as soon as its containers run.
NO_PROBES = """
apiVersion: v1
kind: ConfigMap
metadata: {name: conf}
data: {KEY: "1", OTHER: "2"}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: web
          image: x/web:1.0
          env: [{name: API, value: "http://api:8080"}]
          ports: [{containerPort: 80}]
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: api}
spec:
  replicas: 2
  selector: {matchLabels: {app: api}}
  template:
    metadata: {labels: {app: api}}
    spec:
      containers:
        - name: api
          image: x/api:1.0
          env:
            - {name: DB, value: "db:5432"}
            - {name: K, valueFrom: {configMapKeyRef: {name: conf, key: KEY}}}
          ports: [{containerPort: 8080}]
---
apiVersion: v1
kind: Service
metadata: {name: api}
spec: {selector: {app: api}, ports: [{port: 8080}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: db}
spec:
  replicas: 1
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec:
      containers:
        - name: db
          image: postgres:15
          ports: [{containerPort: 5432}]
---
apiVersion: v1
kind: Service
metadata: {name: db}
spec: {selector: {app: db}, ports: [{port: 5432}]}
"""


def write_no_probes(folder):
    (folder / "plain.yaml").write_text(NO_PROBES)


CLIENT, CLUSTER = "client", "cluster"
# kind of fault -> selector of a target, who notices
SETS = {
    "shop": (write_shop, {
        "command-not-executable": ("workload: orders", CLIENT),
        "image-not-found": ("workload: orders-db", CLIENT),
        "configmap-key-missing": ("workload: orders", CLIENT),
        "service-selector-no-match": ("service: catalog", CLIENT),
        "service-target-port-wrong": ("service: orders", CLIENT),
        "replicas-zero": ("workload: cache", CLIENT),
        "memory-limit-too-small": ("workload: orders", CLIENT),
        "liveness-wrong-target": ("workload: storefront", CLUSTER),
        "node-selector-no-such-node": ("workload: orders-db", CLIENT),
        "repeated-pod-kill": ("workload: orders-db", CLIENT)}),
    "dump": (write_dump, {
        "command-not-executable": ("workload: ledger", CLIENT),
        "image-not-found": ("workload: web", CLUSTER),
        "configmap-key-missing": ("workload: accounts", CLIENT),
        "service-selector-no-match": ("service: ledger", CLIENT),
        "service-target-port-wrong": ("service: accounts", CLIENT),
        "replicas-zero": ("workload: ledger", CLIENT),
        "memory-limit-too-small": ("workload: accounts", CLIENT),
        "liveness-wrong-target": ("workload: accounts", CLIENT),
        "node-selector-no-such-node": ("workload: accounts", CLIENT),
        "repeated-pod-kill": ("workload: ledger", CLIENT)}),
    "blog": (write_blog, {
        "command-not-executable": ("workload: blog-api", CLIENT),
        "image-not-found": ("workload: blog-api", CLIENT),
        "configmap-key-missing": ("workload: blog-api", CLIENT),
        "service-selector-no-match": ("service: mysql", CLIENT),
        "service-target-port-wrong": ("service: blog-api", CLIENT),
        "replicas-zero": ("workload: mysql", CLIENT),
        "memory-limit-too-small": ("workload: blog-api", CLIENT),
        "liveness-wrong-target": ("workload: blog-api", CLIENT),
        "node-selector-no-such-node": ("workload: mysql", CLIENT),
        "repeated-pod-kill": ("workload: blog-api", CLIENT)}),
}
