# Two stages: the first builds the wheel and installs it, the second holds Python, the installed product and nothing to
# build with. Runs as an ordinary user, also with a read-only root file system (docs/operate/docker.md).
ARG PYTHON=3.11-slim-bookworm

FROM python:${PYTHON} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /src
# What changes seldom comes first, so that it is built once.
COPY requirements/build.txt requirements/s3.txt requirements/
RUN python -m venv /build && /build/bin/pip install --require-hashes -r requirements/build.txt
RUN python -m venv /opt/paraph && /opt/paraph/bin/pip install --require-hashes -r requirements/s3.txt
COPY pyproject.toml README.md LICENSE CHANGELOG.md SECURITY.md ./
COPY requirements/base.in requirements/
COPY scripts scripts
COPY frontend frontend
COPY paraph paraph
RUN PATH="/build/bin:$PATH" python -m hatchling build -t wheel -d /dist
RUN /opt/paraph/bin/pip install --no-deps /dist/*.whl \
    && /opt/paraph/bin/pip uninstall --yes uv pip \
    && /opt/paraph/bin/python -m compileall -q /opt/paraph/lib

FROM python:${PYTHON}
RUN useradd --uid 10001 --create-home --home-dir /home/paraph paraph \
    && install -d -o paraph -g paraph -m 0700 /data
COPY --from=build /opt/paraph /opt/paraph
ENV PATH="/opt/paraph/bin:$PATH" \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PARAPH_DATA=/data \
    PARAPH_ADDRESS=0.0.0.0 \
    PARAPH_PORT=8000 \
    PARAPH_LOG=json
USER 10001
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
# Starting takes some seconds; a failing seal key or mail server is no reason to start anything again.
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-m", "paraph.config.probe", "/readyz?serving"]
ENTRYPOINT ["paraph"]
CMD ["serve"]
