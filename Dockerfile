# The embedded service: one process, one directory. Built from the locked dependencies only.
FROM python:3.13-slim AS build
WORKDIR /build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/thread
COPY requirements/build.txt requirements/runtime.txt requirements/
RUN /opt/thread/bin/pip install --require-hashes --requirement requirements/build.txt --requirement requirements/runtime.txt
COPY pyproject.toml README.md LICENSE ./
COPY thread thread
COPY ontology ontology
COPY schema schema
COPY examples examples
RUN /opt/thread/bin/pip install --no-deps --no-build-isolation . \
 && /opt/thread/bin/thread --version

FROM python:3.13-slim
LABEL org.opencontainers.image.title="digital-thread" \
      org.opencontainers.image.description="Lineage and impact over designs, assets, parts, sensors, orders and failures" \
      org.opencontainers.image.licenses="Apache-2.0"
# A fixed number, so that volumes can be given to it.
RUN groupadd --gid 10001 thread \
 && useradd --uid 10001 --gid thread --no-create-home --home-dir /data --shell /usr/sbin/nologin thread \
 && install -d -o thread -g thread -m 0700 /data
COPY --from=build /opt/thread /opt/thread
ENV PATH=/opt/thread/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    THREAD_STORE=/data/store
USER 10001:10001
WORKDIR /data
# Everything that is written: the log, what is derived from it, and the compiled kernels.
VOLUME ["/data"]
EXPOSE 8420
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8420/healthz', timeout=4)"]
ENTRYPOINT ["thread"]
CMD ["serve"]
