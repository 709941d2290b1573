"""Addresses of the teachers' and students' pages."""

from django.urls import path

from classes import views

urlpatterns = [
    path("classes/", views.teacher_classes, name="classes"),
    path("classes/<int:number>/", views.class_page, name="class"),
    path("learn/", views.learn, name="learn"),
]
