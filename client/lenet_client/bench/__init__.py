"""A load generator for a running server: what `lenet bench` is made of.

A client library costs more time a call than the server takes to answer it, and would be what is measured. So the load
comes from HTTP/2 connections of its own (`connection`), in processes of their own (`worker`), which repeat one call.
"""
