# The image is installed from the offline bundle, the same way as an office without internet does it.
#
#   docker build -t disclosure-pipeline .
#   docker run --rm -v disclosure:/data disclosure-pipeline init /data
#   docker run --read-only --tmpfs /tmp -v disclosure:/data -p 8230:8230 disclosure-pipeline
#
# Everything that changes lies in /data; /tmp may be a tmpfs. To be reached from outside the container, the
# server needs `host = "0.0.0.0"` in the section [server] of /data/config/disclosure.toml.

FROM python:3.11-slim AS build
WORKDIR /source
COPY requirements requirements
RUN python -m venv /tools \
    && /tools/bin/pip install --no-cache-dir --require-hashes -r requirements/build.txt
COPY . .
RUN PYTHONPATH=. /tools/bin/python scripts/bundle.py --out /bundle \
    && tar --extract --gzip --strip-components 1 --directory /bundle --file /bundle/*.tar.gz \
    && PYTHON=python /bundle/install.sh /opt/disclosure-pipeline

FROM python:3.11-slim
# The note on a public pdf of pictures is drawn with it; without it such a document goes out as docx.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends fonts-noto-cjk \
    && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --user-group --home-dir /data --shell /usr/sbin/nologin disclosure \
    && install --directory --owner disclosure --group disclosure --mode 0700 /data
COPY --from=build /opt/disclosure-pipeline /opt/disclosure-pipeline
ENV PATH=/opt/disclosure-pipeline/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 8230
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8230/healthz', timeout=4)"]
ENTRYPOINT ["disclosure"]
CMD ["run", "--config", "/data/config", "--data", "/data/var"]
