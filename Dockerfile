# One target for each image. docker-compose.yml builds them; by hand:
#   docker build --target server -t lenet-server:0.1.0 .
# PyTorch from the default index includes CUDA. For a trainer image without it:
#   docker build --target trainer --build-arg PIP_EXTRA_INDEX_URL=https://download.pytorch.org/whl/cpu -t lenet-trainer:0.1.0 .
FROM python:3.11.13-slim-bookworm AS base
# The same user in all images: trainer and server share the volume of models.
RUN useradd --uid 10001 --no-create-home --no-log-init lenet && install -d -o lenet /models /data
ENV PATH=/opt/lenet/bin:$PATH

# The stages below install into an environment without pip, which the final images copy.
FROM base AS build
WORKDIR /src
ENV INSTALL="pip --python /opt/lenet/bin/python install --no-cache-dir --constraint constraints.txt"
RUN python -m venv --without-pip /opt/lenet
COPY constraints.txt .
COPY proto proto
COPY imaging imaging

FROM build AS build-server
COPY server server
RUN $INSTALL './server[tracing]'
# Parts of the packages that a server never reads: ONNX Runtime's C library and tools, NumPy's tests.
RUN cd /opt/lenet/lib/python3*/site-packages && \
    rm -r onnxruntime/capi/libonnxruntime.so.* onnxruntime/transformers onnxruntime/tools onnxruntime/quantization && \
    find numpy -name tests -prune -exec rm -r {} +

FROM build AS build-client
COPY client client
RUN $INSTALL ./client

FROM base AS final
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.version=$VERSION \
      org.opencontainers.image.revision=$REVISION \
      org.opencontainers.image.licenses=Apache-2.0
USER lenet

FROM final AS server
LABEL org.opencontainers.image.title=lenet-server
COPY --from=build-server /opt/lenet /opt/lenet
COPY --chown=lenet models /models
ENV LENET_SERVER_HOST=0.0.0.0 \
    LENET_SERVER_LOG_FORMAT=json \
    LENET_SERVER_MODEL_REPOSITORY=/models
EXPOSE 50051 8080
HEALTHCHECK --interval=5s --timeout=3s --start-period=10s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/readyz', timeout=2)"]
ENTRYPOINT ["lenet-server"]

FROM final AS client
LABEL org.opencontainers.image.title=lenet-client
COPY --from=build-client /opt/lenet /opt/lenet
ENTRYPOINT ["lenet"]

FROM build AS build-trainer
ARG PIP_EXTRA_INDEX_URL
ARG PIP_FIND_LINKS
COPY trainer trainer
RUN $INSTALL ./trainer

FROM final AS trainer
LABEL org.opencontainers.image.title=lenet-trainer
COPY --from=build-trainer /opt/lenet /opt/lenet
ENV LENET_DATA_DIR=/data
ENTRYPOINT ["lenet-trainer"]
