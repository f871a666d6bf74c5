# The steps are those of the Makefile's runtime set-up, with the lock that has the image's extras; a test holds the two
# together.
FROM python:3.12.12-slim-bookworm AS build
WORKDIR /app
RUN python -m venv .venv
COPY requirements-image.lock pyproject.toml README.md LICENSE ./
RUN .venv/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes -r requirements-image.lock
COPY index index
COPY service service
COPY evaluation evaluation
COPY prompts prompts
RUN .venv/bin/python -m pip --disable-pip-version-check --quiet install --no-deps -e .

FROM python:3.12.12-slim-bookworm
# For KILDE_TRANSLATION=apertium (docs/gloss.md).
RUN apt-get update && apt-get install -y --no-install-recommends apertium-swe-dan apertium-swe-nor apertium-dan-nor && rm -rf /var/lib/apt/lists/*
RUN groupadd --gid 10001 kilde && useradd --create-home --uid 10001 --gid kilde kilde && mkdir /data && chown kilde:kilde /data
WORKDIR /app
COPY --from=build /app /app
COPY seeds seeds
# By number: Kubernetes can tell from it that it is not root.
USER 10001
ENV KILDE_DATA_DIR=/data KILDE_HOST=0.0.0.0
VOLUME /data
EXPOSE 8000
HEALTHCHECK --start-period=120s CMD [".venv/bin/python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz')"]
CMD [".venv/bin/kilde", "serve"]
